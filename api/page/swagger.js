// Shows the OpenAPI document; a file of its own so that the page runs no inline script.
const place = document.getElementById("swagger");
window.SwaggerUIBundle({
  url: place.dataset.api,
  domNode: place,
  deepLinking: true,
  docExpansion: "none",
  validatorUrl: null,
});
