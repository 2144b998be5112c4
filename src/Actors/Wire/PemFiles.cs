namespace Sluice.Actors.Wire;

/// <summary>
/// Something made of files, made anew when what they hold has changed. The bytes are compared: the time of a file says
/// nothing when it is a link to another directory, which is how a secret is mounted into a container.
/// </summary>
/// <param name="files">A few small files. Read at each use, which is each new connection.</param>
/// <param name="make">Makes it of their texts, in the same order.</param>
/// <param name="keptOld">Told once per change that cannot be used: what was made before is used further.</param>
internal sealed class PemFiles<T>(string[] files, Func<string[], T> make, Action<string, Exception> keptOld)
    where T : class
{
    private readonly Lock _lock = new();
    private string[] _texts = [];
    private string[]? _refused;
    private T? _made;

    /// <summary>
    /// What the files give. Certificate and key are replaced one after the other: while they do not fit, the former
    /// ones serve.
    /// </summary>
    /// <exception cref="Exception">They cannot be used, and never could.</exception>
    internal T Get()
    {
        lock (_lock)
        {
            string[] texts = [];
            try
            {
                texts = Array.ConvertAll(files, File.ReadAllText);
                if (_made is null || !texts.SequenceEqual(_texts))
                {
                    (_made, _texts, _refused) = (make(texts), texts, null);
                }
            }
            catch (Exception e) when (_made is not null)
            {
                if (_refused is null || !texts.SequenceEqual(_refused))
                {
                    _refused = texts;
                    keptOld(string.Join(", ", files), e);
                }
            }

            return _made!;
        }
    }
}
