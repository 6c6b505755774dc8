import { randomUUID } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createRandom, type Random } from "./sample-random.ts";
import { SAMPLE_SCHEMAS } from "./sample-schemas.ts";

const PROJECT = "demo";
const CUSTOMERS = 200;
const TRANSACTIONS = 5_000;
const EVENTS = 20_000;
const FIRST_DAY = Date.UTC(2024, 0, 1);
const DAYS = 731;
const MS_PER_DAY = 86_400_000;
const SEED = 20_240_101;

const FIRST_NAMES =
  "Ada Bo Chloé Dan Elif Femi Grace Hiro Ines Jun Kofi Lena Maya Noor Omar Pia Quinn Rosa Sam Tariq".split(
    " ",
  );
const LAST_NAMES =
  "Berg Costa Dubois Evans Fischer García Haddad Ito Jansen Khan Lopez Müller Novak Okafor Patel Rossi".split(
    " ",
  );
const COUNTRIES = ["US", "DE", "FR", "GB", "JP", "BR", "IN", "NG"] as const;
const SEGMENTS = ["consumer", "small business", "enterprise"] as const;
const PRODUCTS = [
  { product: "Notebook", category: "stationery", cents: 450 },
  { product: "Fountain pen", category: "stationery", cents: 3_900 },
  { product: "Desk lamp", category: "furniture", cents: 6_450 },
  { product: "Standing desk", category: "furniture", cents: 58_900 },
  { product: "Office chair", category: "furniture", cents: 31_250 },
  { product: "Headphones", category: "electronics", cents: 14_999 },
  { product: "Keyboard", category: "electronics", cents: 8_925 },
  { product: "Monitor", category: "electronics", cents: 27_900 },
  { product: "Webcam", category: "electronics", cents: 5_999 },
  { product: "Coffee beans", category: "pantry", cents: 1_275 },
] as const;
const PAGES = ["/", "/products", "/products/desk", "/cart", "/checkout", "/blog", "/support"] as const;

interface Customer {
  readonly id: number;
  readonly country: string;
  readonly segment: string;
}

/**
 * Writes the sample project `demo` into the warehouse folder, unless the folder already has it. The same bytes every time; the
 * project appears at once or not at all.
 * @param folder the warehouse folder; made when missing
 * @returns true when it was written
 */
export function writeSampleWarehouse(folder: string): boolean {
  const target = join(folder, PROJECT);
  if (existsSync(target)) return false;
  const draft = join(folder, `.${PROJECT}-${randomUUID()}`);
  try {
    makeReadableFolder(folder);
    writeTables(draft);
    renameSync(draft, target);
    return true;
  } catch (thrown) {
    // Another start was faster: its project is the same.
    if (existsSync(target)) return false;
    throw thrown;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function writeTables(draft: string): void {
  const random = createRandom(SEED);
  for (const dataset of ["sales", "web"]) makeReadableFolder(join(draft, dataset));
  chmodSync(draft, READABLE_FOLDER);
  const [customers, people] = makeCustomers(random);
  writeReadable(join(draft, "sales", "customers.csv"), customers);
  writeReadable(join(draft, "sales", "transactions.csv"), makeTransactions(random, people));
  writeReadable(join(draft, "web", "events.jsonl"), makeEvents(random));
  for (const [table, schema] of Object.entries(SAMPLE_SCHEMAS)) {
    writeReadable(join(draft, `${table}.schema.json`), `${JSON.stringify(schema, null, 2)}\n`);
  }
}

/** The engine's jail reads as another user: the modes must not depend on the umask of who starts the server. */
const READABLE_FOLDER = 0o755;
const READABLE_FILE = 0o644;

function makeReadableFolder(path: string): void {
  mkdirSync(path, { recursive: true });
  chmodSync(path, READABLE_FOLDER);
}

function writeReadable(path: string, text: string): void {
  writeFileSync(path, text);
  chmodSync(path, READABLE_FILE);
}

function makeCustomers(random: Random): readonly [csv: string, customers: Customer[]] {
  const lines = ["customer_id,name,email,country,segment,signed_up_at"];
  const customers: Customer[] = [];
  for (let id = 1; id <= CUSTOMERS; id += 1) {
    const name = `${random.pick(FIRST_NAMES)} ${random.pick(LAST_NAMES)}`;
    const country = COUNTRIES[random.skewed(COUNTRIES.length)] ?? "US";
    const segment = SEGMENTS[random.skewed(SEGMENTS.length)] ?? "consumer";
    const mailbox = name
      .normalize("NFD")
      .replace(/[^A-Za-z ]/g, "")
      .toLowerCase()
      .replace(" ", ".");
    const signedUp = new Date(FIRST_DAY - random.below(700) * MS_PER_DAY).toISOString().slice(0, 10);
    lines.push(`${id},${name},${mailbox}.${id}@example.com,${country},${segment},${signedUp}`);
    customers.push({ id, country, segment });
  }
  return [`${lines.join("\n")}\n`, customers];
}

/** Few customers buy most; more is sold towards the end of a year and from one year to the next. */
function makeTransactions(random: Random, customers: readonly Customer[]): string {
  const header =
    "transaction_id,customer_id,product,category,quantity,unit_price,revenue,currency,status,created_at";
  const times = Array.from({ length: TRANSACTIONS }, () => seasonalTime(random)).sort((a, b) => a - b);
  const lines = times.map((time, i) => {
    const customer = customers[random.skewed(customers.length)] ?? {
      id: 1,
      country: "US",
      segment: "consumer",
    };
    const { product, category, cents } = random.pick(PRODUCTS);
    const quantity = 1 + random.below(customer.segment === "enterprise" ? 20 : 4);
    const price = Math.round(cents * (1 - random.below(20) / 100));
    const fate = random.below(100);
    const status = fate < 91 ? "completed" : fate < 97 ? "refunded" : "pending";
    const money = [price, price * quantity].map((amount) => (amount / 100).toFixed(2));
    const when = new Date(time).toISOString();
    return [i + 1, customer.id, product, category, quantity, ...money, "USD", status, when].join(",");
  });
  return `${[header, ...lines].join("\n")}\n`;
}

function seasonalTime(random: Random): number {
  for (;;) {
    const day = random.below(DAYS);
    const season = 1 + 0.5 * Math.cos((2 * Math.PI * (day - 340)) / 365.25) + (day / DAYS) * 0.6;
    const isWeekend = [0, 6].includes(new Date(FIRST_DAY + day * MS_PER_DAY).getUTCDay());
    if (random.next() * 2.2 > season * (isWeekend ? 0.6 : 1)) continue;
    const secondOfDay = Math.floor(((random.next() + random.next()) / 2) * 86_399);
    return FIRST_DAY + day * MS_PER_DAY + secondOfDay * 1000;
  }
}

function makeEvents(random: Random): string {
  const times = Array.from({ length: EVENTS }, () => seasonalTime(random)).sort((a, b) => a - b);
  const lines = times.map((time, i) => {
    const isVisitor = random.below(100) < 40;
    const step = random.skewed(4);
    return JSON.stringify({
      event_id: i + 1,
      user_id: isVisitor ? null : 1 + random.skewed(CUSTOMERS),
      event_name: ["page_view", "search", "add_to_cart", "purchase"][step],
      page: PAGES[random.skewed(PAGES.length)],
      device: random.pick(["mobile", "mobile", "desktop", "tablet"]),
      country: COUNTRIES[random.skewed(COUNTRIES.length)],
      occurred_at: new Date(time).toISOString(),
      properties: {
        referrer: random.pick(["search", "mail", "direct", null]),
        duration_ms: 200 + random.below(60_000),
        tags: ["new", "campaign", "returning"].slice(0, random.below(4)),
      },
    });
  });
  return `${lines.join("\n")}\n`;
}
