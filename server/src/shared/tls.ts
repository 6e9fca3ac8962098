import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync, unwatchFile, watchFile } from "node:fs";
import type { SecureContextOptions, Server } from "node:tls";
import { SettingsError } from "@analyze/common/settings";
import type { Logger } from "./logger.ts";

export interface TlsFiles {
  certFile: string;
  keyFile: string;
}

export interface TlsMaterial {
  options: SecureContextOptions;
  /** End of the certificate's validity. */
  notAfter: Date;
}

/** How often the files are read: inotify does not see the symlink swap of a Kubernetes Secret. */
const pollMs = 1_000;

/** Mozilla's intermediate guideline 6.0. */
const policy: SecureContextOptions = {
  minVersion: "TLSv1.2",
  ciphers: [
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
    "ECDHE-RSA-CHACHA20-POLY1305",
  ].join(":"),
  ecdhCurve: "X25519MLKEM768:X25519:prime256v1:secp384r1",
};

/**
 * Reads certificate and key, which may be one PEM file: then both change in one step. Throws SettingsError if either
 * cannot be read or the key does not match the certificate.
 */
export function loadTls({ certFile, keyFile }: TlsFiles): TlsMaterial {
  try {
    const cert = readFileSync(certFile, "utf8");
    // Read once if it is one file: between two reads it could be replaced.
    const key = keyFile === certFile ? cert : readFileSync(keyFile, "utf8");
    const leaf = new X509Certificate(cert);
    if (!leaf.checkPrivateKey(createPrivateKey(key))) throw new Error("the key does not belong to the certificate");
    return { options: { ...policy, cert, key }, notAfter: new Date(leaf.validTo) };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SettingsError([`TLS_CERT_FILE=${certFile} with TLS_KEY_FILE=${keyFile} cannot be used: ${why}`], {
      cause,
    });
  }
}

export interface FollowOptions {
  server: Pick<Server, "setSecureContext">;
  files: TlsFiles;
  /** The certificate at the start. */
  material: TlsMaterial;
  logger: Logger;
  onRenewal(material: TlsMaterial): void;
}

/**
 * Serves a renewed certificate without a restart: open connections keep the old one, new connections get the new one.
 * While only one of two files is replaced, nothing changes. Returns a function that stops it.
 */
export function followTls({ server, files, material, logger, onRenewal }: FollowOptions): () => void {
  let current = material.options;
  const reload = (): void => {
    try {
      const next = loadTls(files);
      if (next.options.cert === current.cert && next.options.key === current.key) return;
      current = next.options;
      server.setSecureContext(next.options);
      onRenewal(next);
      logger.info({ notAfter: next.notAfter }, "certificate renewed");
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      logger.warn({ reason: error.message }, "certificate not renewed, the old one is still served");
    }
  };
  const paths = new Set([files.certFile, files.keyFile]);
  for (const path of paths) watchFile(path, { interval: pollMs, persistent: false }, reload);
  return () => {
    for (const path of paths) unwatchFile(path, reload);
  };
}
