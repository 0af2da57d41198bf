// Comfort only: every page works without these lines.
"use strict";

// A link to a confirmation page opens its dialog instead, when the page holds one.
for (const lien of document.querySelectorAll("[data-dialogue]")) {
  const dialogue = document.getElementById(lien.dataset.dialogue);
  if (!dialogue || !dialogue.showModal) continue;
  lien.addEventListener("click", (evenement) => {
    evenement.preventDefault();
    dialogue.showModal();
  });
  dialogue.querySelector("[data-non]")?.addEventListener("click", (evenement) => {
    evenement.preventDefault();
    dialogue.close();
  });
}

// A button copies the value of a field, and says so.
for (const bouton of document.querySelectorAll("[data-copier]")) {
  const champ = document.getElementById(bouton.dataset.copier);
  if (!champ || !navigator.clipboard) continue;
  bouton.hidden = false;
  bouton.addEventListener("click", async () => {
    await navigator.clipboard.writeText(champ.textContent.trim());
    const dit = document.getElementById("annonce");
    if (dit) dit.textContent = "Copié.";
    bouton.textContent = "Copié";
  });
}

// Passkeys: the browser makes one, or signs with one, and the form carries its answer.
const genres = { creer: ["parseCreationOptionsFromJSON", "create"], utiliser: ["parseRequestOptionsFromJSON", "get"] };
for (const formulaire of document.querySelectorAll("[data-cle-acces]")) {
  const [lire, agir] = genres[formulaire.dataset.cleAcces];
  if (!window.PublicKeyCredential?.[lire]) continue;
  formulaire.hidden = false;
  formulaire.addEventListener("submit", async (evenement) => {
    evenement.preventDefault();
    const etat = formulaire.querySelector("[data-etat]");
    try {
      const publicKey = PublicKeyCredential[lire](JSON.parse(formulaire.dataset.options));
      const cle = await navigator.credentials[agir]({ publicKey });
      formulaire.elements.reponse.value = JSON.stringify(cle.toJSON());
      formulaire.submit();
    } catch {
      etat.textContent = "Votre appareil n'a pas répondu. Réessayez, ou passez par le code de votre application.";
    }
  });
}

// Keyboard of the back-office: j and k walk a list, Enter opens; a, i, r go to an act, which asks to confirm.
const lignes = [...document.querySelectorAll("[data-liste] tbody tr")];
const gestes = new Map([...document.querySelectorAll("[data-touche]")].map((geste) => [geste.dataset.touche, geste]));
for (const rappel of document.querySelectorAll("[data-clavier]")) rappel.hidden = false;
let ici = -1;
function faire(touche) {
  const geste = gestes.get(touche);
  if (!geste) return false;
  if (geste.tagName === "A") geste.click();
  else {
    geste.open = true;
    geste.querySelector("input:not([type=hidden]), textarea")?.focus();
  }
  return true;
}
document.addEventListener("keydown", (evenement) => {
  if (evenement.ctrlKey || evenement.metaKey || evenement.altKey) return;
  if (evenement.target instanceof Element && evenement.target.closest("input, textarea, select, dialog")) return;
  const pas = { j: 1, k: -1 }[evenement.key];
  if (pas && lignes.length) {
    lignes[ici]?.removeAttribute("data-ici");
    ici = Math.min(Math.max(ici + pas, 0), lignes.length - 1);
    lignes[ici].setAttribute("data-ici", "");
    lignes[ici].querySelector("a").focus();
  }
  // In a list, the act is done on the page of the line that was walked to.
  if (ici >= 0 && lignes[ici].dataset.actes?.includes(evenement.key)) {
    const lien = lignes[ici].querySelector("a").href;
    window.location.assign(evenement.key === "a" ? `${lien}/${lignes[ici].dataset.accord ?? "accord"}` : `${lien}#acte-${evenement.key}`);
  }
  if (faire(evenement.key)) evenement.preventDefault();
});
if (window.location.hash.startsWith("#acte-")) faire(window.location.hash.slice("#acte-".length));

// A link to a field opens the block that holds it.
function montrer() {
  const champ = window.location.hash.startsWith("#champ-") && document.getElementById(window.location.hash.slice(1));
  if (!champ) return;
  const bloc = champ.closest("details");
  if (bloc) bloc.open = true;
  champ.scrollIntoView({ block: "center" });
}
window.addEventListener("hashchange", montrer);
montrer();

// What went wrong is where the reading starts.
document.querySelector("[data-erreur]")?.focus();
