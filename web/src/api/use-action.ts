// What is done once when somebody clicks twice: a button is drawn as busy only after its click, and the second click of
// a double click, or Enter held down, is there before that.
import { type UseMutationOptions, type UseMutationResult, useMutation } from '@tanstack/react-query';
import { useRef } from 'react';

/** As `useMutation`, but the same thing is not begun again while it is under way: whoever asks waits for that. */
export function useAction<Data = unknown, Variables = void>(
  options: UseMutationOptions<Data, Error, Variables>,
): UseMutationResult<Data, Error, Variables> {
  const mutation = useMutation<Data, Error, Variables>(options);
  const underWay = useRef(new Map<string, Promise<Data>>());
  const { mutateAsync: begin } = mutation;

  const mutateAsync: typeof begin = (...rest) => {
    const name = JSON.stringify(rest[0]) ?? '';
    const known = underWay.current.get(name);
    if (known !== undefined) return known;
    const started = begin(...rest).finally(() => underWay.current.delete(name));
    underWay.current.set(name, started);
    return started;
  };
  const mutate: typeof mutation.mutate = (...rest) => {
    // What failed is shown from the mutation's state.
    mutateAsync(...rest).catch(() => undefined);
  };
  return { ...mutation, mutate, mutateAsync };
}
