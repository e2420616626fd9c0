// Settings of the workspace: what is given away, where browsers may be sent, how its pages look.
import { Stack } from '@mantine/core';
import { useSettings } from '../../api/settings.ts';
import { ErrorState } from '../../components/error-state.tsx';
import { Page } from '../../components/page.tsx';
import { PageSkeleton } from '../../components/page-skeleton.tsx';
import { BrandingForm } from './branding-form.tsx';
import { OwnHost } from './own-host.tsx';
import { ReturnUrls } from './return-urls.tsx';
import { TokenEndpoint } from './token-endpoint.tsx';

export function SettingsPage() {
  const { data, error, refetch } = useSettings();
  if (!data && error === null) return <PageSkeleton />;
  return (
    <Page title="Settings" lead="Of this workspace: security, and how its pages look.">
      <Stack gap="lg" maw="60rem">
        {error !== null && <ErrorState error={error} onRetry={() => void refetch()} />}
        {data && (
          <>
            <TokenEndpoint isOn={data.oauth_tokens_api} />
            <ReturnUrls urls={data.return_urls} />
            <BrandingForm branding={data.branding} />
            <OwnHost origin={data.branding.origin} />
          </>
        )}
      </Stack>
    </Page>
  );
}
