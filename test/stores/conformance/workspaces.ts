// The settings of workspaces, and the host by which one is found.
import assert from 'node:assert/strict';
import type { Branding } from '../../../src/core/branding.ts';
import { noWorkspaceSettings, type WorkspaceSettings } from '../../../src/core/workspaces.ts';
import { type CreateDatabase, newId, workspace } from '../fixtures.ts';
import { guarantees } from './with-store.ts';

const withBranding = (branding: Partial<Branding>): WorkspaceSettings => ({
  ...noWorkspaceSettings,
  branding: { ...noWorkspaceSettings.branding, ...branding },
});

const withOrigin = (origin: string | null) => withBranding({ origin });

export const workspaceGuarantees = (createDatabase: CreateDatabase): void =>
  guarantees('settings and hosts of workspaces', createDatabase, (it) => {
    it('every setting is read as it was written, at the beginning and later', async (store) => {
      const settings: WorkspaceSettings = {
        oauthTokensApi: true,
        customerLinkGeneration: 3,
        returnUrls: ['https://app.example/done', 'https://app.example/all/'],
        branding: {
          displayName: 'Ünïcode ✓',
          logo: { mediaType: 'image/webp', base64: 'UklGRgAAAABXRUJQ' },
          accentColor: '#0b57a4',
          origin: 'https://connect.example',
          supportUrl: 'mailto:help@app.example',
          privacyUrl: 'https://app.example/privacy',
        },
      };
      const written = workspace({ settings });
      await store.workspaces.insert(written);
      assert.deepEqual(await store.workspaces.byId(written.id), written);
      assert.equal(await store.workspaces.saveSettings(written.id, noWorkspaceSettings), true);
      assert.deepEqual((await store.workspaces.byId(written.id))?.settings, noWorkspaceSettings);
      assert.equal(await store.workspaces.saveSettings(written.id, settings), true);
      assert.deepEqual((await store.workspaces.byId(written.id))?.settings, settings);
      assert.equal(await store.workspaces.saveSettings(newId(), settings), false);
    });

    it('what an older release did not write of the settings has its default', async (store, database) => {
      const written = workspace();
      await store.workspaces.insert(written);
      const stored = async (settings: string) => {
        await database.raw('update workspaces set settings = ? where id = ?', settings, written.id);
        return (await store.workspaces.byId(written.id))?.settings;
      };
      assert.deepEqual(await stored('{}'), noWorkspaceSettings);
      assert.deepEqual(await stored('{"oauthTokensApi":true}'), {
        ...noWorkspaceSettings,
        oauthTokensApi: true,
      });
      assert.deepEqual(await stored('{"branding":{"displayName":"A"}}'), withBranding({ displayName: 'A' }));
    });

    it('a workspace is found by its host, by the last one that it was given, and by none when it has none', async (store) => {
      const written = workspace({ settings: withOrigin('https://one.example') });
      await store.workspaces.insert(written);
      await store.workspaces.insert(workspace());
      const find = async (host: string) => (await store.workspaces.byHost(host))?.id ?? null;
      assert.equal(await find('one.example'), written.id);
      await store.workspaces.saveSettings(written.id, withOrigin('http://localhost:8025'));
      assert.deepEqual([await find('localhost:8025'), await find('localhost')], [written.id, null]);
      assert.equal(await find('one.example'), null);
      await store.workspaces.saveSettings(written.id, withOrigin(null));
      assert.equal(await find('localhost:8025'), null);
      assert.equal(await find(''), null);
    });

    it('a host belongs to one workspace, and is free again when that one gives it up', async (store) => {
      const [one, two] = [workspace({ settings: withOrigin('https://one.example') }), workspace()];
      await store.workspaces.insert(one);
      await store.workspaces.insert(two);
      const take = (id: string) => store.workspaces.saveSettings(id, withOrigin('https://one.example'));
      await assert.rejects(take(two.id), { code: 'conflict' });
      assert.deepEqual((await store.workspaces.byId(two.id))?.settings, noWorkspaceSettings);
      await assert.rejects(store.workspaces.insert({ ...one, id: newId() }), { code: 'conflict' });
      assert.equal(await take(one.id), true);
      await store.workspaces.saveSettings(one.id, withOrigin(null));
      assert.equal(await take(two.id), true);
      assert.equal((await store.workspaces.byHost('one.example'))?.id, two.id);
    });

    it('of workspaces that take one host at once, one has it', async (store, _, other) => {
      const all = Array.from({ length: 10 }, () => workspace());
      for (const each of all) await store.workspaces.insert(each);
      const outcomes = await Promise.allSettled(
        all.map(({ id }, index) =>
          (index % 2 === 0 ? store : other).workspaces.saveSettings(id, withOrigin('https://one.example')),
        ),
      );
      const winners = all.filter((_each, index) => outcomes[index]?.status === 'fulfilled');
      assert.equal(winners.length, 1);
      assert.equal((await store.workspaces.byHost('one.example'))?.id, winners[0]?.id);
    });
  });
