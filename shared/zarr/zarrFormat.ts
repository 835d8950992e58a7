import type { GroupModel, Place, Statement, StoredModel } from "./model.ts";

/** A group's metadata documents by key below the group, each a JSON object: all but the consolidated one. */
export type GroupDocuments = ReadonlyMap<string, object>;

/** How a group is written as Zarr objects: its documents, their keys and the order of their publication, and the keys of chunks. */
export interface ZarrFormat {
  readonly keys: {
    /** The document that holds all others: the one that readers open, so that what it says is what is committed. */
    readonly consolidated: string;
    /** The document that holds the group's attributes. */
    readonly attributes: string;
    /** The document that states the array's shape. */
    array(name: string): string;
    chunk(array: string, coordinates: readonly number[]): string;
  };
  documents(model: GroupModel): GroupDocuments;
  consolidated(documents: GroupDocuments): object;
  /** The documents that a consolidated one holds, of whatever kind; `undefined` if it holds none. */
  documentsIn(consolidated: object): GroupDocuments | undefined;
  /** Reads whatever the documents state; nothing of what is not there. */
  read(documents: GroupDocuments): StoredModel;
  /** Where documents state a member or an attribute, and that value of it as they would. */
  statement(place: Place, value: unknown): Statement;
  /** Whether a document says what one of that key says at least: else it is another's, and states nothing. */
  isOfItsKind(key: string, document: object): boolean;
  /** The keys of all documents in the order in which they are put: between those together there is none. The consolidated is last. */
  publicationOrder(model: GroupModel): readonly (readonly string[])[];
  /** The length along its first dimension that an array's document states; `undefined` if it states none that can be. */
  lengthIn(document: object | undefined): number | undefined;
  /** The document with that length instead of the one that it states; as it is where it states none. */
  withLength(document: object, length: number): object;
}
