// Times are shown as the service centre's clock shows them, wherever the reader is.
const TIME_ZONE = "Asia/Shanghai";
const DAY_MS = 86_400_000;

const time = new Intl.DateTimeFormat("zh-CN", {
  timeZone: TIME_ZONE,
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});
const day = new Intl.DateTimeFormat("zh-CN", {
  timeZone: TIME_ZONE,
  month: "long",
  day: "numeric",
  weekday: "short",
});
const dayKey = new Intl.DateTimeFormat("sv-SE", { timeZone: TIME_ZONE });

/** “09:30” */
export function clockTime(iso: string): string {
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? iso : time.format(at);
}

/** A key that is equal for two instants of the same Beijing day. */
export function dayOf(iso: string): string {
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? "" : dayKey.format(at);
}

/** “今天”, “昨天” or “7月3日周五” */
export function dayName(iso: string, now = Date.now()): string {
  const key = dayOf(iso);
  if (key === dayKey.format(now)) return "今天";
  if (key === dayKey.format(now - DAY_MS)) return "昨天";
  return key ? day.format(new Date(iso)) : "";
}

/** “今天 09:30” as “09:30”, any other day with its date. */
export function dayAndTime(iso: string, now = Date.now()): string {
  const name = dayName(iso, now);
  return name === "今天" || !name ? clockTime(iso) : `${name} ${clockTime(iso)}`;
}

/** “不到 1 分钟”, “12 分钟”, “2 小时 5 分钟” */
export function timeSince(iso: string, now = Date.now()): string {
  const minutes = Math.floor((now - new Date(iso).getTime()) / 60_000);
  if (!(minutes >= 1)) return "不到 1 分钟";
  if (minutes < 60) return `${minutes} 分钟`;
  const hours = Math.floor(minutes / 60);
  if (hours >= 24) return `${Math.floor(hours / 24)} 天 ${hours % 24} 小时`;
  return minutes % 60 ? `${hours} 小时 ${minutes % 60} 分钟` : `${hours} 小时`;
}
