import { z } from 'zod';
import type { BucketPlace } from '../../activities/artifacts/bucketArtifacts.js';

/** Where documents, outputs and logs are kept: a directory of this machine, or a bucket that many machines share. */
export type ArtifactConfiguration =
  { readonly kind: 'directory'; readonly root: string } | ({ readonly kind: 'bucket' } & BucketPlace);

const Environment = z
  .object({
    FULFIL_ARTIFACTS_URL: z.url({ protocol: /^https?$/ }).optional(),
    FULFIL_ARTIFACTS_ACCESS_KEY: z.string().min(1).optional(),
    FULFIL_ARTIFACTS_SECRET_KEY: z.string().min(1).optional(),
  })
  .refine(
    ({ FULFIL_ARTIFACTS_ACCESS_KEY: access, FULFIL_ARTIFACTS_SECRET_KEY: secret }) =>
      (access === undefined) === (secret === undefined),
    { path: ['FULFIL_ARTIFACTS_SECRET_KEY'], message: 'expected together with FULFIL_ARTIFACTS_ACCESS_KEY' },
  );

/** From the environment; a directory when it names no bucket. */
export function artifactConfiguration(environment: NodeJS.ProcessEnv, directory: string): ArtifactConfiguration {
  const parsed = Environment.safeParse(environment);
  if (!parsed.success) {
    throw new Error(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
  }
  const { FULFIL_ARTIFACTS_URL, FULFIL_ARTIFACTS_ACCESS_KEY: accessKey } = parsed.data;
  const { FULFIL_ARTIFACTS_SECRET_KEY: secretKey } = parsed.data;
  if (FULFIL_ARTIFACTS_URL === undefined) return { kind: 'directory', root: directory };
  const { protocol, hostname, port, pathname } = new URL(FULFIL_ARTIFACTS_URL);
  const [bucket = '', ...folders] = pathname.split('/').filter((part) => part !== '');
  if (bucket === '') {
    throw new Error(`FULFIL_ARTIFACTS_URL: expected https://HOST/BUCKET, found ${FULFIL_ARTIFACTS_URL}`);
  }
  return {
    kind: 'bucket',
    host: hostname.replace(/^\[|\]$/g, ''),
    ...(port === '' ? {} : { port: Number(port) }),
    secure: protocol === 'https:',
    bucket,
    prefix: folders.map((folder) => `${folder}/`).join(''),
    ...(accessKey === undefined || secretKey === undefined ? {} : { credentials: { accessKey, secretKey } }),
  };
}
