import { createReadStream, createWriteStream } from "node:fs";
import { access, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";
import { inflate } from "@sparticuz/chromium";
import { type Browser, chromium } from "playwright-core";

/** The package's folder: its own entry stands in `build`. */
const PACKAGE = join(dirname(createRequire(import.meta.url).resolve("@sparticuz/chromium")), "..");

/** Inside node_modules: a new installation unpacks anew. */
const UNPACKED = join(PACKAGE, "..", "..", ".cache", "curfew-chromium");

/** Whatever the user, in a container too; and nothing that a browser does on its own account. */
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

/**
 * Starts a headless Chromium, with a profile of its own that goes with it. On Linux it comes out of an npm package
 * with the libraries and fonts it needs; on other systems the installed Chrome takes its place.
 */
export async function startBrowser(): Promise<Browser> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    return chromium.launch({ channel: "chrome", args: ARGUMENTS });
  }
  const folder = await unpacked();
  return chromium.launch({
    executablePath: join(folder, "chromium"),
    args: ARGUMENTS,
    env: {
      ...process.env,
      LD_LIBRARY_PATH: join(folder, "al2023", "lib"),
      FONTCONFIG_FILE: join(folder, "fonts.conf"),
    },
  });
}

/** Unpacks under another name first: a second process must not find half a browser. */
async function unpacked(): Promise<string> {
  if (await exists(join(UNPACKED, "chromium"))) return UNPACKED;
  await mkdir(dirname(UNPACKED), { recursive: true });
  const folder = await mkdtemp(`${UNPACKED}-`);
  await Promise.all([program(folder), archives(folder), writeFile(join(folder, "fonts.conf"), fontsOf(UNPACKED))]);
  try {
    await rename(folder, UNPACKED);
  } catch (error) {
    // Another process was faster, and its browser is as good.
    await rm(folder, { recursive: true });
    if (!(await exists(join(UNPACKED, "chromium")))) throw error;
  }
  return UNPACKED;
}

const program = (folder: string): Promise<void> =>
  pipeline(
    createReadStream(join(PACKAGE, "bin", "chromium.br")),
    createBrotliDecompress(),
    createWriteStream(join(folder, "chromium"), { mode: 0o700 }),
  );

/** The package unpacks archives into the folder for temporary files only. */
async function archives(folder: string): Promise<void> {
  const { TMPDIR } = process.env;
  process.env.TMPDIR = folder;
  try {
    const unpacking = ["al2023.tar.br", "fonts.tar.br"].map((file) => inflate(join(PACKAGE, "bin", file)));
    await Promise.all(unpacking);
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  }
}

/** The package's own list of folders is that of AWS Lambda. */
const fontsOf = (folder: string): string =>
  `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>${folder}/fonts</dir><cachedir>${folder}/font-cache</cachedir></fontconfig>\n`;

async function exists(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch {
    return false;
  }
}
