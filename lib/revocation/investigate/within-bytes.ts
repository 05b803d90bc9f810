/**
 * As many of them as have room in so many bytes of JSON, the first ones.
 *
 * A row holds 400 KB, in bytes: names of things in a tenant may be long, and of any alphabet.
 */
export function withinBytes<T>(things: readonly T[], most: number): readonly T[] {
  let room = most;
  const end = things.findIndex((thing) => {
    room -= Buffer.byteLength(JSON.stringify(thing)) + 1;
    return room < 0;
  });
  return end === -1 ? things : things.slice(0, end);
}
