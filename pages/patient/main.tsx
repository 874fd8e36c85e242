import { render } from "preact";
import { startLanguage } from "../shared/language";
import "../shared/tokens.css";

startLanguage();
render(<main />, document.getElementById("page")!);
