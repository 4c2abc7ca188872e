// Files on their way to the server, before they are said. Each can be cancelled, and tried again.
import type { FileInfo } from "./frames.ts";
import { newId } from "./identity.ts";
import type { Word } from "./words.ts";

export interface Upload {
  key: string;
  file: File;
  /** For pictures: what is shown while it travels. */
  preview: string;
  /** 0 to 1. */
  progress: number;
  trouble: Word | null;
  sent: FileInfo | null;
}

export interface UploadSides {
  server: string;
  /** Who sends, and for which conversation; known once there is one. */
  from(): { token: string; conversation: string } | null;
  changed(): void;
}

export const MOST = 5;
export const KINDS = ["image/png", "image/jpeg", "image/webp", "image/gif", "application/pdf"];
const MOST_BYTES = 10 * 1024 * 1024;

const TROUBLES: Record<string, Word> = {
  file_type: "file_type",
  file_too_large: "file_too_large",
  picture_too_large: "picture_too_large",
  too_many_files: "too_many_files",
  closed: "error_closed",
};

export class Uploads {
  all: readonly Upload[] = [];
  readonly #requests = new Map<string, XMLHttpRequest>();
  readonly #early = new Set<string>();

  constructor(private readonly sides: UploadSides) {}

  /** More than fit into one message are left out. */
  add(files: Iterable<File>): void {
    for (const file of [...files].slice(0, MOST - this.all.length)) {
      const preview = file.type.startsWith("image/") && KINDS.includes(file.type) ? URL.createObjectURL(file) : "";
      const upload: Upload = { key: newId(), file, preview, progress: 0, trouble: refusal(file), sent: null };
      this.all = [...this.all, upload];
      if (!upload.trouble) this.#send(upload);
    }
    this.sides.changed();
  }

  again(key: string): void {
    const upload = this.all.find((each) => each.key === key);
    if (!upload) return;
    this.#change(key, { trouble: null, progress: 0 });
    this.#send(upload);
  }

  cancel(key: string): void {
    this.#requests.get(key)?.abort();
    this.#requests.delete(key);
    this.#early.delete(key);
    const gone = this.all.find((each) => each.key === key);
    if (gone?.preview) URL.revokeObjectURL(gone.preview);
    this.all = this.all.filter((each) => each.key !== key);
    this.sides.changed();
  }

  get ready(): boolean {
    return this.all.length > 0 && this.all.every((each) => each.sent !== null);
  }

  /** What has arrived, for one message; then nothing is left here. */
  take(): FileInfo[] {
    const taken = this.all.flatMap((each) => (each.sent ? [each.sent] : []));
    for (const each of [...this.all]) this.cancel(each.key);
    return taken;
  }

  /** Those that were added before it was known who sends them. */
  goOn(): void {
    if (this.#early.size === 0 || !this.sides.from()) return;
    const early = this.all.filter((each) => this.#early.has(each.key));
    this.#early.clear();
    for (const each of early) this.#send(each);
  }

  #send(upload: Upload): void {
    const from = this.sides.from();
    if (!from) return void this.#early.add(upload.key);
    const form = new FormData();
    form.append("conversation", from.conversation);
    form.append("file", upload.file);
    // fetch() tells nothing of how much has left.
    const request = new XMLHttpRequest();
    this.#requests.set(upload.key, request);
    request.upload.onprogress = (event) => this.#change(upload.key, { progress: event.total ? event.loaded / event.total : 0 });
    request.onload = () => this.#answered(upload.key, request);
    request.onerror = request.ontimeout = () => this.#change(upload.key, { trouble: "file_lost" });
    request.open("POST", `${this.sides.server}/api/files`);
    request.setRequestHeader("Authorization", `Bearer ${from.token}`);
    request.send(form);
  }

  #answered(key: string, request: XMLHttpRequest): void {
    this.#requests.delete(key);
    try {
      const said = JSON.parse(request.responseText) as FileInfo & { code?: string };
      if (request.status === 201) return this.#change(key, { sent: said, progress: 1 });
      this.#change(key, { trouble: TROUBLES[said.code ?? ""] ?? "file_lost" });
    } catch {
      this.#change(key, { trouble: request.status === 413 ? "file_too_large" : "file_lost" });
    }
  }

  #change(key: string, change: Partial<Upload>): void {
    this.all = this.all.map((each) => (each.key === key ? { ...each, ...change } : each));
    this.sides.changed();
  }
}

/** What the server would refuse need not travel there. */
function refusal(file: File): Word | null {
  if (file.size > MOST_BYTES) return "file_too_large";
  return file.type !== "" && !KINDS.includes(file.type) ? "file_type" : null;
}
