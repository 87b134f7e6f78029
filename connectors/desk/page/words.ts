import type { Entry, Owner } from "../../page/entries";
import type { Summary } from "./desk_api";

export const OWNER_NAMES: Record<Owner, string> = {
  bot: "机器人接待中",
  waiting: "排队中",
  steward: "管家接待中",
  closed: "已结束",
};

const CHANNEL_NAMES: Record<string, string> = {
  web: "网页",
  widget: "网页",
  rest: "REST 接口",
  telegram: "Telegram",
  wecom: "企业微信",
  dingtalk: "钉钉",
  feishu: "飞书",
};

export function channelName(channel: string): string {
  return CHANNEL_NAMES[channel] ?? channel;
}

export function enterpriseName(summary: Summary): string {
  return summary.enterprise?.name ?? `访客 ${summary.id.slice(-4)}`;
}

export function ownerName(summary: Summary): string {
  return summary.owner === "steward" && summary.steward
    ? `${summary.steward.name} 接待中`
    : OWNER_NAMES[summary.owner];
}

export function speakerName(entry: Entry): string {
  switch (entry.kind) {
    case "user":
      return "企业";
    case "bot":
      return "智能助手";
    case "note":
      return `内部备注 · ${entry.author ?? "系统"}（企业看不到）`;
    default:
      return entry.author ? `项目管家 ${entry.author}` : "项目管家";
  }
}
