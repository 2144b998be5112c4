using System.Collections.Immutable;

namespace Sluice.Actors.Membership;

/// <summary>A process that wants to join.</summary>
/// <param name="Name">What people call it, such as the name of its pod; need not be unique.</param>
/// <param name="Host">The name or address that other silos reach it at.</param>
/// <param name="Port">The port there, 1 to 65535. Host and port together belong to one living silo.</param>
/// <param name="GrainTypes">The types of grains that it can host, in any order.</param>
/// <param name="Protocol">The newest version of the protocol between silos that it speaks; 1 or more.</param>
public sealed record SiloCandidate(string Name, string Host, int Port, ImmutableArray<string> GrainTypes, int Protocol);
