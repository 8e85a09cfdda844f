import type { ConnectionLike } from '@temporalio/client';
import { searchAttributeKeys } from '../workflows/searchAttributes.js';

/** `temporal.api.enums.v1.IndexedValueType` of the two types that Fulfil uses. */
const indexedValueTypes = { KEYWORD: 2, KEYWORD_LIST: 7 } as const;

/** Registers what is missing: an unregistered attribute would keep a workflow from ever starting. */
export async function registerSearchAttributes(connection: ConnectionLike, namespace: string): Promise<void> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = searchAttributeKeys.filter((key) => !(key.name in customAttributes));
  if (missing.length === 0) return;
  const searchAttributes = Object.fromEntries(missing.map((key) => [key.name, indexedValueTypes[key.type]]));
  try {
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
  } catch (cause) {
    const commands = missing.map(
      (key) => `temporal operator search-attribute create --name ${key.name} --type ${typeName(key.type)}`,
    );
    throw new Error(`search attributes are missing and could not be registered; run: ${commands.join(' && ')}`, {
      cause,
    });
  }
}

function typeName(type: keyof typeof indexedValueTypes): string {
  return type === 'KEYWORD' ? 'Keyword' : 'KeywordList';
}
