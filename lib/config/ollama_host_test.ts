import { assertEquals, assertThrows } from "@std/assert";
import { connectableHost, formatOllamaHost, isThisMachine, parseOllamaHost, withoutUser } from "./ollama_host.ts";

Deno.test("parseOllamaHost() reads every form as Ollama does", () => {
  const cases: [value: string, printed: string][] = [
    ["", "http://127.0.0.1:11434"],
    ["localhost", "http://localhost:11434"],
    ["host/", "http://host:11434"],
    ["localhost:", "http://localhost:11434"],
    ["0.0.0.0:8080", "http://0.0.0.0:8080"],
    ["::", "http://[::]:11434"],
    ["[::]", "http://[::]:11434"],
    ["[::1]:9000", "http://[::1]:9000"],
    [":1234", "http://:1234"],
    ["http://localhost", "http://localhost:80"],
    ["https://localhost", "https://localhost:443"],
    ["HTTP://localhost", "HTTP://localhost:11434"],
    ["http://host:11434/", "http://host:11434"],
    ["https://example.com/ollama", "https://example.com:443/ollama"],
    ["https://example.com/ollama/", "https://example.com:443/ollama"],
    ["1.2.3.4:70000", "http://1.2.3.4:11434"],
    ["1.2.3.4:-1", "http://1.2.3.4:11434"],
    ["1.2.3.4:abc", "http://1.2.3.4:11434"],
    ["1.2.3.4:0", "http://1.2.3.4:0"],
    ["1.2.3.4:65535", "http://1.2.3.4:65535"],
    ["ollama.com", "https://ollama.com:443"],
    ["ollama.com/", "http://ollama.com:11434"],
    [' "localhost:8080" ', "http://localhost:8080"],
    [`"' localhost '"`, "http://localhost:11434"],
  ];
  for (const [value, printed] of cases) assertEquals(formatOllamaHost(parseOllamaHost(value)), printed, value);
});

Deno.test("connectableHost() gives an address that fetch can use", () => {
  const cases: [value: string, address: string][] = [
    ["", "http://127.0.0.1:11434"],
    ["0.0.0.0:8080", "http://127.0.0.1:8080"],
    ["0.0.0.0", "http://127.0.0.1:11434"],
    ["::", "http://[::1]:11434"],
    ["[::]", "http://[::1]:11434"],
    [":1234", "http://127.0.0.1:1234"],
    ["HTTP://localhost", "http://localhost:11434"],
    ["https://example.com/ollama/", "https://example.com:443/ollama"],
    ["http://127.0.0.1:11434", "http://127.0.0.1:11434"],
    ["http://user:pw@host:80", "http://user:pw@host:80"],
    ["user:p%40w@host", "http://user:p%40w@host:11434"],
    ["https://user@[::1]/ollama", "https://user@[::1]:443/ollama"],
    ["http://localhost:11434/api", "http://localhost:11434"],
    ["http://localhost:11434/api/generate/", "http://localhost:11434"],
    ["https://example.com/ollama/v1/chat/completions", "https://example.com:443/ollama"],
    ["http://localhost:11434/v1", "http://localhost:11434"],
    ["http://localhost:11434/my-api", "http://localhost:11434/my-api"],
  ];
  for (const [value, address] of cases) {
    assertEquals(connectableHost(value), address, value);
    assertEquals(URL.canParse(address), true, value);
  }
});

Deno.test("connectableHost() throws when no client could connect", () => {
  for (
    const value of [
      "1.2.3.4:0",
      "ftp://host",
      "a b",
      "http://host/?x=1",
      "http://host/?",
      "http://host?x",
      "http://host/#x",
      "host:80/a?b",
      "http://host\\\\@other",
      "http://user:p/w@host",
      "http://user:p%w@host",
      "http://user:p?w@host",
    ]
  ) {
    const { message } = assertThrows(() => connectableHost(value), TypeError, withoutUser(value));
    assertEquals(/user|w@/.test(message), false, message);
  }
});

Deno.test("isThisMachine() tells whether a prompt stays here", () => {
  const cases: [address: string, here: boolean][] = [
    ["http://127.0.0.1:11434", true],
    ["http://127.8.9.1:1", true],
    ["http://localhost:11434", true],
    ["http://LOCALHOST.:80", true],
    ["http://ollama.localhost:80", true],
    ["http://[::1]:11434", true],
    ["http://[::ffff:127.0.0.1]:80", true],
    ["0.0.0.0", true],
    [":1234", true],
    ["http://192.168.1.7:11434", true],
    ["http://192.168.1.8:11434", false],
    ["https://ollama.com", false],
    ["http://127.0.0.1.example.com", false],
    ["http://notlocalhost", false],
    ["http://user:pw@127.0.0.1:11434", true],
    ["http://127.0.0.1:80@example.com", false],
  ];
  for (const [address, here] of cases) assertEquals(isThisMachine(address, ["192.168.1.7"]), here, address);
});

Deno.test("withoutUser() leaves nothing of a password", () => {
  const cases: [address: string, shown: string][] = [
    ["http://127.0.0.1:11434", "http://127.0.0.1:11434"],
    ["http://user:pw@host:80/a", "http://host:80/a"],
    ["user:pw@host", "host"],
    ["http://user:p/w?x#y@host", "http://host"],
    ["http://user:p@w@host", "http://host"],
    ["http://user:p://w@host", "http://host"],
    ["", ""],
  ];
  for (const [address, shown] of cases) assertEquals(withoutUser(address), shown, address);
});
