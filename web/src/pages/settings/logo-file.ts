// A logo as the API takes it, from a file that somebody chose.
import type { Branding } from '../../api/settings.ts';

export type Logo = NonNullable<Branding['logo']>;

const mediaTypes = ['image/png', 'image/jpeg', 'image/webp'] as const satisfies readonly Logo['media_type'][];
const bytesMax = 32 * 1024;
const kibibyte = 1024;

/** Throws an error in words for people. */
export async function logoOf(file: File): Promise<Logo> {
  const mediaType = mediaTypes.find((known) => known === file.type);
  if (mediaType === undefined) throw new Error('The logo must be a PNG, JPEG or WebP image.');
  if (file.size > bytesMax) {
    throw new Error(
      `The logo has ${Math.ceil(file.size / kibibyte)} KiB; 32 KiB is the most. Make it smaller, 400 pixels wide for example.`,
    );
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return { media_type: mediaType, data: btoa(binary) };
}

/** The image as it was before base64. */
export function blobOf({ media_type: mediaType, data }: Logo): Blob {
  const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  return new Blob([bytes], { type: mediaType });
}
