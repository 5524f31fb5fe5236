// Every text in our own elements, with its contrast to what is painted behind it; and every line.
// For Playwright: evaluates to a list of {what, text, ratio}.
() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

  // Any colour that CSS can say, as red, green, blue from 0 to 255 and alpha from 0 to 1.
  const parse = (colour) => {
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

  // What the page paints behind an HTML element.
  const behind = (element) => {
    const layers = [];
    for (let one = element; one; one = one.parentElement) {
      layers.push(parse(getComputedStyle(one).backgroundColor));
    }
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255, 1]);
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
    if (!own) continue;
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
  const html = ".wp-table th, .wp-table td, .wp-table code, .wp caption, .wp-caption, .wp figcaption, .wp-signs span, .wp-output samp, .wp-problem p, .wp summary";
  for (const element of document.querySelectorAll(html)) {
    if (!element.checkVisibility() || !element.textContent.trim()) continue;
    const ground = behind(element);
    found.push({ what: "text", text: element.textContent.slice(0, 40), ratio: ratio(over(parse(getComputedStyle(element).color), ground), ground) });
  }
  return found;
}
