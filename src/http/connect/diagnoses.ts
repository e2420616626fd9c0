// The link of whoever looks into a mailbox's trouble. Opening it examines nothing; the button does.
import type { FastifyInstance } from 'fastify';
import { diagnosisInvitationPage, diagnosisPage } from './diagnosis-page.ts';
import { unknownLinkPage } from './notices.ts';
import type { Site } from './site.ts';

type WithToken = { Params: { token: string } };

export function diagnoses(app: FastifyInstance, site: Site): void {
  const { doctor } = site.core;
  const pathOf = (token: string): string => `/diagnosis/${encodeURIComponent(token)}`;

  app.get<WithToken>('/diagnosis/:token', async (request, reply) => {
    const { token } = request.params;
    const invitation = await doctor.invitation(token);
    if (!invitation) return site.send(request, reply, unknownLinkPage());
    site.belongsTo(request, invitation.workspace);
    if (await site.isSentHome(request, reply, new URL(invitation.url).origin)) return reply;
    return site.send(request, reply, diagnosisInvitationPage(invitation, pathOf(token)));
  });

  app.post<WithToken>('/diagnosis/:token', async (request, reply) => {
    const { token } = request.params;
    const invitation = await doctor.invitation(token);
    if (!invitation) return site.send(request, reply, unknownLinkPage());
    site.belongsTo(request, invitation.workspace);
    await site.requireOwnPost(request, new URL(invitation.url).origin);
    const diagnosis = await doctor.examineByLink(token);
    const page = diagnosis ? diagnosisPage(diagnosis, pathOf(token)) : unknownLinkPage();
    return site.send(request, reply, page);
  });
}
