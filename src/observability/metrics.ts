// One scrape: what this process has counted, what the others have, and the state of the installation. Scrapes at the
// same time share one answer.
import type { Log } from '../core/index.ts';
import { installationFamilies, processFamilies, type Sources } from './families.ts';
import { contentType, createReporter, reportInstallation, textOf } from './prometheus.ts';
import type { Report } from './reports.ts';

export type Metrics = {
  contentType: string;
  /** The text of one scrape. Figures of the installation are missing while the database does not answer. */
  scrape(): Promise<string>;
  /** Of this process alone, for the one that is scraped. */
  report(): Promise<Report>;
};

/** Hands out the reports of all processes that serve together, this one's too, and what was left by those that ended. */
export type CollectReports = () => Promise<readonly Report[]>;

/** For the database; a scraper gives up after ten seconds. */
const figuresMilliseconds = 5_000;

export function createMetrics(
  sources: Sources,
  { log, process, collect }: { log: Log; process: number; collect: CollectReports | null },
): Metrics {
  const report = createReporter(processFamilies(sources), process);
  const ofInstallation = installationFamilies(sources);
  let scraping: Promise<string> | null = null;

  async function installation(): Promise<Report> {
    try {
      return await inTime(reportInstallation(ofInstallation));
    } catch (error) {
      log.warn('the state of the installation cannot be measured', { error });
      return [];
    }
  }

  async function scrape(): Promise<string> {
    const [reports, figures] = await Promise.all([
      collect?.() ?? report().then((own) => [own]),
      installation(),
    ]);
    return textOf([...reports, figures]);
  }

  return {
    contentType,
    report,
    scrape() {
      scraping ??= scrape().finally(() => {
        scraping = null;
      });
      return scraping;
    },
  };
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error('no answer in time')), figuresMilliseconds);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
