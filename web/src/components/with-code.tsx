// A sentence of the API in which names of fields and commands stand between backticks.

export function WithCode({ text }: { text: string }) {
  // Every second part stood between backticks. They never change their order: the sentence is what it is.
  return text.split('`').map((part, index) => {
    const key = `${index} ${part}`;
    return index % 2 === 1 ? <code key={key}>{part}</code> : part;
  });
}
