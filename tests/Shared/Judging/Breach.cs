namespace Sluice.Testing.Judging;

/// <summary>A promise that was broken.</summary>
/// <param name="Law">Its short name, as docs/live-proof.md lists them.</param>
/// <param name="What">What was seen, in a sentence with numbers.</param>
public sealed record Breach(string Law, string What)
{
    public override string ToString() => $"{Law}: {What}";
}
