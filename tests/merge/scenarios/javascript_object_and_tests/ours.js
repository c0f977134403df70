const options = {
  verbose: false,
  color: true,
  depth: 3,
};

describe("options", () => {
  it("is quiet", () => {
    expect(options.verbose).toBe(false);
  });

  it("goes three levels down", () => {
    expect(options.depth).toBe(3);
  });
});
