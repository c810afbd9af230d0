"use strict";

const place = document.getElementById("swagger-ui");

SwaggerUIBundle({
  domNode: place,
  url: place.dataset.schema,
  deepLinking: true,
  displayOperationId: false,
  defaultModelsExpandDepth: 0,
  // Nothing is asked of outside hosts.
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
});
