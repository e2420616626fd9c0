// The messages of a PostgreSQL server in a stream of chunks that end anywhere. What they mean is the reader's matter.

/** Called with each whole message, its byte of type first. PostgreSQL's "Message Formats". */
export function splitMessages(onMessage: (message: Buffer) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    // One byte of type, four of length that count themselves.
    while (rest.length >= 5 && rest.length > rest.readInt32BE(1)) {
      const message = rest.subarray(0, 1 + rest.readInt32BE(1));
      rest = rest.subarray(message.length);
      onMessage(message);
    }
  };
}
