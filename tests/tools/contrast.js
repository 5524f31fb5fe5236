// Every text in our own elements, with its contrast to what is painted behind it; and every line.
// For Playwright: evaluates to a list of {what, text, ratio}.
() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

  // Any colour that CSS can say, as red, green, blue from 0 to 255 and alpha from 0 to 1.
  const known = new Map();
  const parse = (colour) => {
    if (!known.has(colour)) known.set(colour, pixel(colour));
    return known.get(colour);
  };
  const pixel = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a], [x, y, z]) => [r * a + x * (1 - a), g * a + y * (1 - a), b * a + z * (1 - a), 1];
  const luminance = (colour) => {
    const [r, g, b] = colour.map((part) => part / 255).map(
      (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, other) => {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };

  // What the browser paints where the page paints nothing.
  const probe = document.body.appendChild(document.createElement("div"));
  probe.style.backgroundColor = "Canvas";
  const canvasColour = parse(getComputedStyle(probe).backgroundColor);
  probe.remove();

  // What the page paints behind an HTML element.
  const behind = (element) => {
    const layers = [];
    for (let one = element; one; one = one.parentElement) {
      layers.push(parse(getComputedStyle(one).backgroundColor));
    }
    return layers.reverse().reduce((below, layer) => over(layer, below), canvasColour);
  };

  // What an SVG paints behind a point: its filled shapes up to this element, one over the other.
  const painted = (element, x, y) => {
    const svg = element.ownerSVGElement;
    let colour = behind(svg);
    for (const shape of svg.querySelectorAll("rect, path, circle")) {
      if (!(shape.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING)) break;
      const fill = getComputedStyle(shape).fill;
      const box = shape.getBoundingClientRect();
      const within = box.left <= x && x <= box.right && box.top <= y && y <= box.bottom;
      if (within && fill !== "none") colour = over(parse(fill), colour);
    }
    return colour;
  };

  const found = [];
  for (const text of document.querySelectorAll(".wp-svg text, .wp-svg tspan")) {
    const own = [...text.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE)
      .map((node) => node.data).join("").trim();
    if (!own || !text.checkVisibility()) continue;
    const box = text.getBoundingClientRect();
    const style = getComputedStyle(text);
    const grounds = [painted(text, box.left + box.width / 2, box.top + box.height / 2)];
    if (style.stroke !== "none") grounds.push(parse(style.stroke));  // its halo
    for (const ground of grounds) {
      found.push({ what: "text", text: own, ratio: ratio(over(parse(style.fill), ground), ground) });
    }
  }
  const lines = ".wp-svg .wp-edge, .wp-svg .wp-arrow, .wp-svg .wp-box, .wp-svg .wp-bar, .wp-svg .wp-lane-head";
  for (const line of document.querySelectorAll(lines)) {
    const ground = behind(line.ownerSVGElement);
    const stroke = parse(getComputedStyle(line).stroke);
    found.push({ what: "line", text: line.getAttribute("class"), ratio: ratio(over(stroke, ground), ground) });
  }
  for (const element of document.querySelectorAll(".wp *:not(svg *), .wp-problem *:not(svg *)")) {
    const own = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE)
      .map((node) => node.data).join("").trim();
    if (!own || !element.checkVisibility()) continue;
    const ground = behind(element);
    const colour = over(parse(getComputedStyle(element).color), ground);
    found.push({ what: "text", text: `${element.localName}.${element.className} ${own.slice(0, 30)}`, ratio: ratio(colour, ground) });
  }
  return found;
}
