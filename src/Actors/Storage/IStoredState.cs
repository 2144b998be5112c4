namespace Sluice.Actors.Storage;

/// <summary>A state that is read before its grain is activated.</summary>
internal interface IStoredState
{
    Task Read(CancellationToken cancellation);
}
