using Xunit;

namespace Sluice.OrleansEngine;

/// <summary>Gives each test a folder, which is deleted after it.</summary>
public abstract class SiloTest : IDisposable
{
    protected string Folder { get; } = Directory.CreateTempSubdirectory("sluice-orleans-").FullName;

    /// <summary>Ends waits of a test that is given up.</summary>
    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }
}
