// How the pages look that mailbox owners see: name, logo, colour, links, with a preview.
import { Button, FileButton, Group, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { IconPhotoUp } from '@tabler/icons-react';
import type { FormEvent } from 'react';
import { type Branding, type BrandingChanges, useChangeSettings } from '../../api/settings.ts';
import { ErrorState } from '../../components/error-state.tsx';
import { notifyDone, notifyProblem } from '../../components/notify.ts';
import { OvertakenNote } from '../../components/overtaken-note.tsx';
import { Panel } from '../../components/panel.tsx';
import { useDraft } from '../../components/use-draft.ts';
import { BrandPreview } from './brand-preview.tsx';
import { ColorField } from './color-field.tsx';
import { type Logo, logoOf } from './logo-file.ts';

type Draft = { name: string; color: string; support: string; privacy: string; logo: Logo | null };

const draftOf = (branding: Branding): Draft => ({
  name: branding.display_name ?? '',
  color: branding.accent_color ?? '',
  support: branding.support_url ?? '',
  privacy: branding.privacy_url ?? '',
  logo: branding.logo,
});

/** Only what is different; an emptied field takes the value away. */
function changesOf(draft: Draft, branding: Branding): BrandingChanges {
  const text = (value: string): string | null => (value.trim() === '' ? null : value.trim());
  const entered = {
    display_name: text(draft.name),
    accent_color: text(draft.color),
    support_url: text(draft.support),
    privacy_url: text(draft.privacy),
  };
  return {
    ...(entered.display_name === branding.display_name ? {} : { display_name: entered.display_name }),
    ...(entered.accent_color === branding.accent_color ? {} : { accent_color: entered.accent_color }),
    ...(entered.support_url === branding.support_url ? {} : { support_url: entered.support_url }),
    ...(entered.privacy_url === branding.privacy_url ? {} : { privacy_url: entered.privacy_url }),
    ...(draft.logo?.data === branding.logo?.data ? {} : { logo: draft.logo }),
  };
}

export function BrandingForm({ branding }: { branding: Branding }) {
  const change = useChangeSettings();
  const { fields: draft, enter: set, reset, sending, overtaken } = useDraft(draftOf(branding));
  const changes = changesOf(draft, branding);
  const isChanged = Object.keys(changes).length > 0;
  const read = async (file: File | null): Promise<void> => {
    if (file === null) return;
    try {
      set({ logo: await logoOf(file) });
    } catch (error) {
      notifyProblem(error);
    }
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!isChanged) return;
    const saved = sending();
    change.mutate(
      { branding: changes },
      {
        onSuccess: () => {
          saved();
          notifyDone('Saved');
        },
      },
    );
  };
  return (
    <Panel
      title="Branding"
      note="How the pages look on which mailbox owners connect. Empty fields leave the plain look."
    >
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="lg">
        <form onSubmit={submit} noValidate>
          <Stack gap="sm">
            <TextInput
              label="Name"
              description="In place of the workspace's name."
              maxLength={100}
              value={draft.name}
              onChange={(event) => set({ name: event.currentTarget.value })}
            />
            <div>
              <Text size="sm" fw={600}>
                Logo
              </Text>
              <Text size="xs" c="dimmed" mb={4}>
                PNG, JPEG or WebP, 32 KiB at most.
              </Text>
              <Group gap="xs">
                <FileButton onChange={(file) => void read(file)} accept="image/png,image/jpeg,image/webp">
                  {(props) => (
                    <Button
                      {...props}
                      size="xs"
                      variant="default"
                      leftSection={<IconPhotoUp size={15} aria-hidden="true" />}
                    >
                      {draft.logo === null ? 'Choose a file' : 'Choose another file'}
                    </Button>
                  )}
                </FileButton>
                {draft.logo !== null && (
                  <Button size="xs" variant="subtle" onClick={() => set({ logo: null })}>
                    Remove the logo
                  </Button>
                )}
              </Group>
            </div>
            <ColorField value={draft.color} onChange={(color) => set({ color })} />
            <TextInput
              label="Help"
              description="https: or mailto:"
              maxLength={512}
              value={draft.support}
              onChange={(event) => set({ support: event.currentTarget.value })}
            />
            <TextInput
              type="url"
              label="Privacy notice"
              description="https:"
              maxLength={512}
              value={draft.privacy}
              onChange={(event) => set({ privacy: event.currentTarget.value })}
            />
            <OvertakenNote names={overtaken.map((field) => labels[field])} />
            {change.error !== null && <ErrorState error={change.error} />}
            <Group>
              <Button type="submit" disabled={!isChanged} loading={change.isPending}>
                Save
              </Button>
              {isChanged && (
                <Button variant="subtle" onClick={reset}>
                  Undo changes
                </Button>
              )}
            </Group>
          </Stack>
        </form>
        <BrandPreview
          name={draft.name}
          logo={draft.logo}
          color={draft.color}
          hasHelp={draft.support.trim() !== ''}
          hasPrivacy={draft.privacy.trim() !== ''}
        />
      </SimpleGrid>
    </Panel>
  );
}

const labels = { name: 'Name', color: 'Colour', support: 'Help', privacy: 'Privacy notice', logo: 'Logo' };
