import type { WireReader } from '../protobuf/wire-reader.ts';

/** A version of an artifact that a run logged or, made by itself, used (ArtifactRecord of wandb_internal.proto). */
export interface ArtifactVersion {
  readonly type: string;
  readonly name: string;
  readonly digest: string;
  readonly aliases: readonly string[];
  /** Whether the run read it. */
  readonly isInput: boolean;
  readonly files: readonly ArtifactEntry[];
  /** Whether its list of files is not in the record but in a file of its own. */
  readonly isListedElsewhere: boolean;
}

export interface ArtifactEntry {
  /** Its name in the artifact. */
  readonly path: string;
  /** The MD5 of its bytes, as base64. */
  readonly digest: string;
  readonly sizeBytes: number;
  /** Where it was on the machine that logged it; empty for a reference to another place. */
  readonly localPath: string;
}

/** @throws AppError DATA_MALFORMED */
export function readArtifact(message: WireReader): ArtifactVersion {
  const texts = { type: '', name: '', digest: '' };
  const aliases: string[] = [];
  let files: ArtifactEntry[] = [];
  let isInput = false;
  let isListedElsewhere = false;
  while (message.next()) {
    if (message.field === 4) texts.type = message.text();
    else if (message.field === 5) texts.name = message.text();
    else if (message.field === 6) texts.digest = message.text();
    else if (message.field === 10) isInput = message.integer() !== 0;
    else if (message.field === 11) aliases.push(message.text());
    else if (message.field === 12) ({ files, isListedElsewhere } = readManifest(message.message()));
    else message.skip();
  }
  return { ...texts, aliases, isInput, files, isListedElsewhere };
}

function readManifest(message: WireReader): { files: ArtifactEntry[]; isListedElsewhere: boolean } {
  const files: ArtifactEntry[] = [];
  let isListedElsewhere = false;
  while (message.next()) {
    if (message.field === 4) files.push(readEntry(message.message()));
    else if (message.field === 5) isListedElsewhere = message.text() !== '';
    else message.skip();
  }
  return { files, isListedElsewhere };
}

function readEntry(message: WireReader): ArtifactEntry {
  const entry = { path: '', digest: '', sizeBytes: 0, localPath: '' };
  while (message.next()) {
    if (message.field === 1) entry.path = message.text();
    else if (message.field === 2) entry.digest = message.text();
    else if (message.field === 4) entry.sizeBytes = message.integer();
    else if (message.field === 6) entry.localPath = message.text();
    else message.skip();
  }
  return entry;
}

/** An artifact that was there before and that a run read (UseArtifactRecord). */
export interface UsedArtifact {
  readonly id: string;
  readonly type: string;
  readonly name: string;
}

export function readUsedArtifact(message: WireReader): UsedArtifact {
  const used = { id: '', type: '', name: '' };
  while (message.next()) {
    if (message.field === 1) used.id = message.text();
    else if (message.field === 2) used.type = message.text();
    else if (message.field === 3) used.name = message.text();
    else message.skip();
  }
  return used;
}
