import { render } from "preact";
import { App } from "./app/app.tsx";
import { provideCodecs } from "./dataset/openDataset.ts";
import { createServer, ServerProvider } from "./server/server.tsx";
import { Boundary } from "./ui/boundary.tsx";
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
