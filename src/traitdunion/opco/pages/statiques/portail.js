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

// What went wrong is where the reading starts.
document.querySelector("[data-erreur]")?.focus();
