const options = {
  verbose: false,
  color: true,
  depth: 3,
  output: "out.txt",
};

describe("options", () => {
  it("is quiet", () => {
    expect(options.verbose).toBe(false);
  });

  it("goes three levels down", () => {
    expect(options.depth).toBe(3);
  });

  it("writes to a file", () => {
    open(options.output);
  });
});
