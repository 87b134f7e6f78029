// The sample page: it embeds the widget as a real host site would, for the person signed in here.
const CHOICE = "sample.enterprise";

interface Enterprise {
  id: string;
  name: string;
}

function chosen(): string {
  return sessionStorage.getItem(CHOICE) ?? "";
}

function embedWidget(enterprise: string): Promise<void> {
  const script = document.createElement("script");
  script.src = "/widget.js";
  script.async = true;
  script.dataset["title"] = "工程建设项目帮办助手";
  if (enterprise) {
    script.dataset["identityUrl"] = `/demo/identity?enterprise=${encodeURIComponent(enterprise)}`;
  }
  document.body.append(script);
  return new Promise((resolve) => script.addEventListener("load", () => resolve()));
}

async function offerSignIn(): Promise<void> {
  const response = await fetch("/demo/enterprises").catch(() => null);
  if (!response?.ok) {
    sessionStorage.removeItem(CHOICE);
    return;
  }
  const { enterprises } = (await response.json()) as { enterprises: Enterprise[] };
  const form = document.querySelector<HTMLFormElement>("#identity")!;
  const select = document.querySelector<HTMLSelectElement>("#enterprise")!;
  for (const { id, name } of enterprises) select.add(new Option(name, id));
  select.value = chosen();
  if (select.selectedIndex < 0) {
    sessionStorage.removeItem(CHOICE);
    select.value = "";
  }
  if (select.value) {
    const name = select.selectedOptions[0]!.text;
    document.querySelector("#identity-state")!.textContent =
      `已以“${name}”的身份登录（演示），可以查询本企业的办件。`;
  }
  select.addEventListener("change", () => {
    sessionStorage.setItem(CHOICE, select.value);
    location.reload();
  });
  form.hidden = false;
}

async function begin(): Promise<void> {
  await offerSignIn();
  const ready = embedWidget(chosen());
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-question]")) {
    button.addEventListener("click", () => {
      void ready.then(() => window.Bangban?.ask(button.dataset["question"]!));
    });
  }
}

void begin();
