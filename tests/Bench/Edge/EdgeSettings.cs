namespace Sluice.Bench.Edge;

/// <summary>What the command line says.</summary>
/// <param name="Rounds">Counted rounds; 1 or more.</param>
/// <param name="Length">How long each target is loaded in each round.</param>
/// <param name="Connections">Clients of the first section; the second has one.</param>
/// <param name="Stream">True: every request asks for a stream.</param>
internal sealed record EdgeSettings(int Rounds, TimeSpan Length, int Connections, bool Stream);
