// Copies a text, and says so. Where the browser gives no access to the clipboard (plain HTTP), the text is selected
// for the person to copy.
import { Button, type ButtonProps } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useAnnounce } from './announcer.tsx';
import { copyText } from './copy-text.ts';
import { notifyProblem } from './notify.ts';

type Props = { text: string; label?: string } & Pick<ButtonProps, 'size' | 'variant'>;

const shownMs = 2_000;

export function CopyButton({ text, label = 'Copy', size = 'xs', variant = 'default' }: Props) {
  const [isCopied, setCopied] = useState(false);
  const announce = useAnnounce();
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), shownMs);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = async (): Promise<void> => {
    if (await copyText(text)) {
      setCopied(true);
      announce('Copied');
    } else
      notifyProblem(
        new Error('The browser does not let this page copy. Select the text and copy it by hand.'),
      );
  };
  const Icon = isCopied ? IconCheck : IconCopy;
  return (
    <Button
      size={size}
      variant={variant}
      leftSection={<Icon size={14} aria-hidden="true" />}
      onClick={() => void copy()}
      miw="6.5rem"
    >
      {isCopied ? 'Copied' : label}
    </Button>
  );
}
