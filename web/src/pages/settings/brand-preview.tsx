// About what a mailbox owner will see. The logo is painted: images of unknown origin are not loaded by this page.
import { Text } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { useWorkspaceOf } from '../../api/workspaces.ts';
import { useWorkspace } from '../../app/workspace-context.tsx';
import classes from './brand-preview.module.css';
import { blobOf, type Logo } from './logo-file.ts';
import { readableOn } from './readable-on.ts';

type Props = {
  name: string;
  logo: Logo | null;
  color: string;
  hasHelp: boolean;
  hasPrivacy: boolean;
};

const plainColor = '#0b57a4';
const isColor = (text: string): boolean => /^#[0-9a-f]{6}$/i.test(text);

export function BrandPreview({ name, logo, color, hasHelp, hasPrivacy }: Props) {
  const { workspaceId } = useWorkspace();
  const { data: workspace } = useWorkspaceOf(workspaceId);
  const shownName = name.trim() === '' ? (workspace?.name ?? 'Your workspace') : name.trim();
  const button = isColor(color) ? color : plainColor;
  return (
    <figure className={classes.preview} aria-label="Preview of the connect page">
      <div className={classes.page}>
        {logo === null ? (
          <p className={classes.name}>{shownName}</p>
        ) : (
          <Painted logo={logo} name={shownName} />
        )}
        <p className={classes.heading}>Connect your mailbox to {shownName}</p>
        <p className={classes.words}>You sign in at your provider and allow access there.</p>
        <span className={classes.button} style={{ background: button, color: readableOn(button) }}>
          Continue
        </span>
        <p className={classes.footer}>
          {[shownName, hasHelp && 'Help', hasPrivacy && 'Privacy'].filter(Boolean).join(' · ')}
        </p>
      </div>
      <Text component="figcaption" size="xs" c="dimmed" mt="xs">
        About what a mailbox owner sees.
      </Text>
    </figure>
  );
}

const heightPx = 40;

function Painted({ logo, name }: { logo: Logo; name: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    let isOver = false;
    void createImageBitmap(blobOf(logo)).then(
      (image) => {
        const target = canvas.current;
        if (isOver || target === null) return;
        target.width = image.width;
        target.height = image.height;
        target.getContext('2d')?.drawImage(image, 0, 0);
      },
      // The server says it when it is saved: this file is no image.
      () => undefined,
    );
    return () => {
      isOver = true;
    };
  }, [logo]);
  return (
    <canvas ref={canvas} className={classes.logo} style={{ height: heightPx }} role="img" aria-label={name} />
  );
}
