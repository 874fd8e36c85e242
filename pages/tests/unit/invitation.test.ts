// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from "vitest";
import { takeHandedOver } from "../../guest/handed_over";
import { invitationLink } from "../../guest/invitation_link";
import { keepInvitationToken, keptInvitation, keyOfInvitation } from "../../guest/kept_invitation";

describe("the link of an invitation", () => {
  it("has clinic and room in its path, invitation and secret in its fragment", () => {
    expect(invitationLink("/g/sakura/v1", "#iNv_1.s-E_c")).toEqual({ clinic: "sakura", room: "v1", invite: "iNv_1", secret: "s-E_c" });
  });

  it("has no secret once it is spent", () => {
    expect(invitationLink("/g/sakura/v1", "#iNv_1")).toEqual({ clinic: "sakura", room: "v1", invite: "iNv_1" });
  });

  it("that was cut or changed is none", () => {
    const broken: [string, string][] = [
      ["/g/sakura/v1", ""],
      ["/g/sakura", "#a.b"],
      ["/g/sakura/", "#a.b"],
      ["/g/sakura/v1/more", "#a.b"],
      ["/g/sakura/v1", "#a."],
      ["/g/sakura/v1", "#.b"],
      ["/g/sakura/v1", "#a.b c"],
      ["/g/sakura/v1", `#a.${"b".repeat(200)}`],
      ["/g/sakura/..", "#a.b"],
      ["/g/%3Cscript%3E/v1", "#a.b"],
    ];
    for (const [path, fragment] of broken) expect(invitationLink(path, fragment), path + fragment).toBeUndefined();
  });
});

describe("what is kept of an invitation", () => {
  beforeEach(() => localStorage.clear());

  it("is one key for all attempts, so that a lost answer is asked for again", () => {
    const key = keyOfInvitation("i1");
    expect(keyOfInvitation("i1")).toBe(key);
    expect(keyOfInvitation("i2")).not.toBe(key);
  });

  it("is the token beside the key, for each invitation its own", () => {
    const key = keyOfInvitation("i1");
    keepInvitationToken("i1", "t1");
    expect(keptInvitation("i1")).toEqual({ key, token: "t1" });
    expect(keptInvitation("i2")).toBeUndefined();
  });

  it("is nothing when the storage holds something else", () => {
    localStorage.setItem("machiai.invitation:i1", "[1");
    expect(keptInvitation("i1")).toBeUndefined();
    localStorage.setItem("machiai.invitation:i1", `"text"`);
    expect(keptInvitation("i1")).toBeUndefined();
  });

  it("takes over what another browser of the phone handed on, and clears the address", () => {
    const claims = btoa(JSON.stringify({ sub: "g-i7", role: "guest", exp: 1 }));
    takeHandedOver({ pathname: "/g/sakura/v1", hash: `#token=h.${claims}.s` });
    expect(keptInvitation("i7")?.token).toBe(`h.${claims}.s`);
    expect(location.hash).toBe("#i7");
  });

  it("leaves what is no guest's token where it is", () => {
    takeHandedOver({ pathname: "/g/sakura/v1", hash: "#token=nonsense" });
    takeHandedOver({ pathname: "/g/sakura/v1", hash: "#i1.secret" });
    expect(localStorage.length).toBe(0);
  });
});
