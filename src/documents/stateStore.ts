import type { Checked } from '../domain/problem.js';
import { accepted, refused } from '../domain/problem.js';
import { stateStoreKinds } from '../domain/destination.js';
import type { StateStore } from '../domain/stateStore.js';
import { BucketDocument, bucketProblems, toBucketStateStore } from './bucketStateStore.js';
import { describeValue } from './describeValue.js';
import { DirectoryDocument } from './directoryStateStore.js';
import { documentName } from './documentName.js';
import { GitDocument, gitProblems, toGitStateStore } from './gitStateStore.js';
import { checkShape } from './shapeProblems.js';
import { toRecord } from './toRecord.js';

/** A BucketStateStore, GitStateStore or DirectoryStateStore with its defaults filled in. */
export function checkStateStore(value: unknown, source: string): Checked<StateStore> {
  const document = documentName(value, source);
  const kind = toRecord(value)?.['kind'];
  switch (kind) {
    case 'BucketStateStore': {
      const shape = checkShape(BucketDocument, value, document);
      if (!shape.ok) return shape;
      const problems = bucketProblems(shape.value, document);
      return problems.length > 0 ? refused(...problems) : accepted(toBucketStateStore(shape.value));
    }
    case 'GitStateStore': {
      const shape = checkShape(GitDocument, value, document);
      if (!shape.ok) return shape;
      const problems = gitProblems(shape.value, document);
      return problems.length > 0 ? refused(...problems) : accepted(toGitStateStore(shape.value));
    }
    case 'DirectoryStateStore': {
      const shape = checkShape(DirectoryDocument, value, document);
      if (!shape.ok) return shape;
      return accepted({ kind, name: shape.value.metadata.name, path: shape.value.spec.path });
    }
    default: {
      const message = `expected one of ${stateStoreKinds.join(', ')}, found ${describeValue(kind)}`;
      return refused({ document, field: 'kind', message });
    }
  }
}
