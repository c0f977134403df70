const options = {
  verbose: false,
  color: true,
  output: "out.txt",
};

describe("options", () => {
  it("is quiet", () => {
    expect(options.verbose).toBe(false);
  });

  it("writes to a file", () => {
    open(options.output);
  });
});
