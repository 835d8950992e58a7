import { render } from "preact";
import { App } from "./app.tsx";
import { Boundary } from "./boundary.tsx";
import { provideCodecs } from "./dataset.ts";
import { createServer, ServerProvider } from "./server.tsx";
import "./style/style.css";

void provideCodecs();
const page = document.getElementById("page");
if (!page) throw new Error("index.html has no element for the page");
page.replaceChildren();
render(
  <Boundary what="The page">
    <ServerProvider value={createServer()}>
      <App />
    </ServerProvider>
  </Boundary>,
  page,
);
