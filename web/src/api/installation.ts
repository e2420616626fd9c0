// The state of the installation, for keys that may see it; kept up to date while somebody looks.
import { useQuery } from '@tanstack/react-query';
import { useMay } from '../app/session-context.tsx';
import { useApi } from './api-context.tsx';

const lookMs = 5_000;

export function useInstallation() {
  const { client } = useApi();
  const may = useMay();
  return useQuery({
    queryKey: ['installation'],
    enabled: may('installation:read'),
    queryFn: ({ signal }) => client.installation.get({ signal }),
    refetchInterval: lookMs,
  });
}
