const options = {
  verbose: false,
  color: true,
};

describe("options", () => {
  it("is quiet", () => {
    expect(options.verbose).toBe(false);
  });
});
