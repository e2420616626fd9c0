// What runs in the background over many mailboxes: begun here, watched until it is over.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { BackgroundJob, CreateMailboxJobBody } from '../../../sdk/src/index.ts';
import { useMay } from '../app/session-context.tsx';
import { useApi } from './api-context.tsx';
import { useFreshMailboxes } from './mailbox-pages.ts';
import { useAction } from './use-action.ts';

export type { BackgroundJob };
export type MailboxJobRequest = CreateMailboxJobBody;
export type MailboxJobAction = CreateMailboxJobBody['action'];

const watchMs = 1_000;
const shownMax = 10;

export const isUnderWay = ({ status }: BackgroundJob): boolean =>
  status === 'pending' || status === 'running';

/** The latest jobs of the workspace; asked for again and again while one is under way. */
export function useBackgroundJobs() {
  const { client, key, hasWorkspace } = useApi();
  const may = useMay();
  return useQuery({
    queryKey: key('background-jobs'),
    enabled: hasWorkspace && may('mailboxes:read'),
    queryFn: async ({ signal }) => (await client.backgroundJobs.list({ limit: shownMax }, { signal })).items,
    refetchInterval: ({ state }) => (state.data?.some(isUnderWay) ? watchMs : false),
  });
}

export function useBeginMailboxJob() {
  const { client, key } = useApi();
  const queries = useQueryClient();
  return useAction({
    mutationFn: (request: MailboxJobRequest) => client.mailboxJobs.create(request),
    onSuccess: (job) => {
      queries.setQueryData<BackgroundJob[]>(key('background-jobs'), (known = []) => [
        job,
        ...known.filter(({ id }) => id !== job.id),
      ]);
    },
  });
}

export function useCancelJob() {
  const { client, key } = useApi();
  const queries = useQueryClient();
  return useAction({
    mutationFn: (id: string) => client.backgroundJobs.cancel(id),
    onSuccess: () => queries.invalidateQueries({ queryKey: key('background-jobs') }),
  });
}

/** When a job ends, what it changed is asked for again. */
export function useFreshAfterJobs(jobs: readonly BackgroundJob[]): void {
  const freshen = useFreshMailboxes();
  const wasUnderWay = useRef<ReadonlySet<string>>(new Set());
  useEffect(() => {
    const now = new Set(jobs.filter(isUnderWay).map(({ id }) => id));
    const hasEnded = [...wasUnderWay.current].some((id) => !now.has(id));
    wasUnderWay.current = now;
    if (hasEnded) void freshen();
  }, [jobs, freshen]);
}
