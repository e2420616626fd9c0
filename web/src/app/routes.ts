// Every page of the console and where it lives. Each is loaded when it is first visited. The order matters: the
// first path that fits wins. An entry: { path, page: lazyPage(() => import('...'), 'NameOfThePage'), needsWorkspace }.
import type { ComponentType } from 'react';

export type PageRoute = {
  /** As wouter writes paths: `:name` is a parameter. */
  path: string;
  page: ComponentType;
  /** False for pages that also make sense without a workspace, for keys of the installation. */
  needsWorkspace: boolean;
};

export const routes: readonly PageRoute[] = [];
