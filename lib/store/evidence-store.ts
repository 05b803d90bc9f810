/** A document as it was stored. Where the store keeps versions, exactly this one can be read again. */
export interface StoredDocument {
  name: string;
  /** Null where the store keeps no versions. */
  version: string | null;
  /** SHA-256 of what was stored, in hex. */
  sha256: string;
}

/** What proves later what was looked at. Nothing in it is ever changed; a second writing is a second version. */
export interface EvidenceStore {
  write(name: string, body: Uint8Array, contentType: string): Promise<StoredDocument>;
  /** Writes a document that must not be there yet. Undefined, with nothing written, when there is one. */
  create(name: string, body: Uint8Array, contentType: string): Promise<StoredDocument | undefined>;
  /** Undefined when there is no such document. */
  read(name: string, version?: string | null): Promise<Uint8Array | undefined>;
}
