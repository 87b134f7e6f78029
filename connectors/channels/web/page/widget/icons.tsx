import type { JSX } from "preact";

function Icon({ path }: { path: string }): JSX.Element {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={path} />
    </svg>
  );
}

export const ChatIcon = (): JSX.Element => (
  <Icon path="M4 4h16a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2h-8l-5 4v-4H4a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2zM7 9h10M7 13h6" />
);
export const CloseIcon = (): JSX.Element => <Icon path="M6 6l12 12M18 6L6 18" />;
export const SendIcon = (): JSX.Element => <Icon path="M12 20V5M5 12l7-7 7 7" />;
