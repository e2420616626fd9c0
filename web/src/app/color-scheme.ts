// Where the chosen colour scheme is kept. public/color-scheme.js reads the same place before the first paint.
import { localStorageColorSchemeManager } from '@mantine/core';

export const colorSchemeManager = localStorageColorSchemeManager({ key: 'mailgrant-color-scheme' });
