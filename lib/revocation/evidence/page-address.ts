import { foreign, type Html, html } from "../../html/markup.ts";

/** The style that {@link address} needs. */
export const ADDRESS_STYLE = ".address { display: block; white-space: nowrap; }";

/** An address of the network, on a line of its own and not broken in the middle: it is looked up, and compared. */
export const address = (ip: string): Html => html`<span class="address">${foreign(ip)}</span>`;
