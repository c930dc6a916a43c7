// Sphinx's search would take 反向传播算法 for one word, which no page need have: a run of Chinese is cut
// into the longest words that pages have.
var splitQuery = (query) => {
  const known = (word) => [Search._index.terms, Search._index.titleterms].some((index) => Object.hasOwn(index, word));
  const words = (han) => {
    for (let size = han.length; size > 1; size--) {
      for (let start = 0; start + size <= han.length; start++) {
        const word = han.slice(start, start + size);
        if (known(word)) return [...words(han.slice(0, start)), word, ...words(han.slice(start + size))];
      }
    }
    return [];
  };
  const parts = query.match(/\p{Script=Han}+|(?:(?!\p{Script=Han})[\p{Letter}\p{Number}_\p{Emoji_Presentation}])+/gu) ?? [];
  return parts.flatMap((part) => (/\p{Script=Han}/u.test(part) ? words(part) : part));
};
