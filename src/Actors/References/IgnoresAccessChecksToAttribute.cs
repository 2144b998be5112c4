namespace System.Runtime.CompilerServices;

/// <summary>
/// Known to the runtime by name: an assembly that carries it may use the internal types of the named one. The emitted
/// references carry it, so that grain interfaces and messages may be internal.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
internal sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
{
    public string AssemblyName { get; } = assemblyName;
}
