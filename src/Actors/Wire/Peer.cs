namespace Sluice.Actors.Wire;

/// <summary>Who is at the other end of a connection, as it said in the handshake.</summary>
/// <param name="SiloId">The silo's number; zero for a client.</param>
/// <param name="Name">For people.</param>
/// <param name="Protocol">The protocol version that both sides speak.</param>
internal sealed record Peer(long SiloId, string Name, int Protocol)
{
    internal bool IsSilo => SiloId != 0;

    public override string ToString() => IsSilo ? $"silo {SiloId} ({Name})" : $"client {Name}";
}
