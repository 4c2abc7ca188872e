// Bytes of files that were said. They come with the token, so a picture is fetched and shown from memory; the newest ones are kept.
const KEPT = 60;

export class Pictures {
  readonly #urls = new Map<string, Promise<string>>();

  constructor(private readonly server: string, private readonly token: () => string | Promise<string>) {}

  /** A blob's address. Rejects where it cannot be had now. */
  url(id: string): Promise<string> {
    const known = this.#urls.get(id);
    if (known) return known;
    const made = this.#fetched(id);
    this.#urls.set(id, made);
    made.catch(() => this.#urls.delete(id));
    const oldest = this.#urls.keys().next().value;
    if (this.#urls.size > KEPT && oldest !== undefined) this.#forget(oldest);
    return made;
  }

  async save(id: string, name: string): Promise<void> {
    const link = document.createElement("a");
    link.href = await this.url(id);
    link.download = name;
    link.click();
  }

  #forget(id: string): void {
    void this.#urls.get(id)?.then((url) => URL.revokeObjectURL(url));
    this.#urls.delete(id);
  }

  async #fetched(id: string): Promise<string> {
    const answer = await fetch(`${this.server}/api/files/${id}`, { headers: { Authorization: `Bearer ${await this.token()}` } });
    if (!answer.ok) throw new Error(`file: ${answer.status}`);
    return URL.createObjectURL(await answer.blob());
  }
}
