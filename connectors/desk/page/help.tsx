import type { JSX, RefObject } from "preact";

const SHORTCUTS: [string, string][] = [
  ["Alt + 1 … 4", "切换 排队中、我的、机器人接待中、已结束"],
  ["Alt + ↓ / ↑", "下一个 / 上一个会话"],
  ["Alt + T", "接管当前会话"],
  ["Alt + R", "写回复"],
  ["Alt + N", "写备注"],
  ["Ctrl / ⌘ + Enter", "发送回复或保存备注"],
  ["Alt + /", "打开帮助"],
];

export function Help({ dialog }: { dialog: RefObject<HTMLDialogElement | null> }): JSX.Element {
  return (
    <dialog ref={dialog} aria-labelledby="help-title">
      <h2 id="help-title">帮助</h2>
      <p>
        接管后智能助手不再说话，由您答复；“交还机器人”后由智能助手继续接待。内部备注企业看不到。
      </p>
      <h3>键盘操作</h3>
      <dl class="shortcuts">
        {SHORTCUTS.map(([keys, meaning]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit" class="primary">
          知道了
        </button>
      </form>
    </dialog>
  );
}
